#ifndef PERFSCOPE_SESSION_H
#define PERFSCOPE_SESSION_H

/* Begins to record what CUPTI sees; says in the capture what it could not begin. */
void session_begin(void);

/* Lets another user of CUPTI have it, and takes it again. Gives 0 when there was nothing to do. */
int session_yield(void);
int session_resume(void);

/* Writes down what is complete; to be called now and then. */
void session_flush(void);

/* Gets everything and ends the capture, once. `why`: a word for the reader. */
void session_finish(const char *why);

#endif
