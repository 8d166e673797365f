#ifndef PERFSCOPE_ENDING_H
#define PERFSCOPE_ENDING_H

/*
 * Sees to it that nothing is lost when the process ends: by exit, by a signal that nobody handles, and as far as it goes by what
 * cannot be seen coming, for which CUPTI is asked for what it has twice a second.
 */
void ending_prepare(void);

#endif
