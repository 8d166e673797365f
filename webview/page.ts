/** Ids that the page and the script in it agree on. */
export const ROOT_ID = 'perfscope';
export const PAYLOAD_ID = 'recording';
export const ADVICE_ID = 'advice';
