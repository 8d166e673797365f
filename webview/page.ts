/** Ids that the page and the script in it agree on. */
export const ROOT_ID = 'perfscope';
export const PAYLOAD_ID = 'recording';
export const ADVICE_ID = 'advice';
/** In the page of a comparison, whose `PAYLOAD_ID` is the run before. */
export const AFTER_ID = 'recording-after';
export const COMPARISON_ID = 'comparison';
