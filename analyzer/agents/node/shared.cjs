'use strict';
/**
 * Memory that the threads of a process share with the helper: words of 32 bits. Word `BELL` is counted up by whoever wants the
 * helper's attention, `GONE` is 1 when there is no helper any more; each thread has a word of its own, by its number.
 */
const BELL = 0;
const GONE = 1;
const FIRST_THREAD = 2;
/** Threads with higher numbers do not wait for the helper, and lose up to a slice when they end. */
const MOST_THREADS = 4095;

/** What a thread's word says. */
const NEW = 0;
/** The helper has its profile. */
const FOLLOWED = 1;
/** It profiles itself, since the helper did not come in time. */
const ALONE = 2;
/** It is about to end and waits for its last slice to be taken. */
const ENDING = 3;
const ENDED = 4;

const newShared = () => new Int32Array(new SharedArrayBuffer(4 * (FIRST_THREAD + MOST_THREADS + 1)));

/** Index of a thread's word, -1 for none. */
const wordOf = (thread) => (thread <= MOST_THREADS ? FIRST_THREAD + thread : -1);

function ring(shared) {
  Atomics.add(shared, BELL, 1);
  Atomics.notify(shared, BELL);
}

module.exports = { ALONE, BELL, ENDED, ENDING, FOLLOWED, GONE, NEW, newShared, ring, wordOf };
