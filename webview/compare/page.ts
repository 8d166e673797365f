/** Ids that the page of a comparison and the script in it agree on, besides that of the root. */
export const BEFORE_ID = 'recording-before';
export const AFTER_ID = 'recording-after';
export const COMPARISON_ID = 'comparison';
