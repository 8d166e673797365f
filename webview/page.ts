/** What the pages of the viewer have in common, and what they and the script in them agree on. */
export const ROOT_ID = 'perfscope';
export const PAYLOAD_ID = 'recording';
export const ADVICE_ID = 'advice';

/** Where a page that is served finds its recording and its advice, relative to its own address; attributes of the root. */
export interface ServedAddresses {
  readonly recording: string;
  readonly advice: string;
}

/** The mark of perfscope: three lanes. */
export const ICON =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect x='1' y='2' width='9' height='3' rx='1' fill='#3b78c3'/><rect x='4' y='6.5' width='11' height='3' rx='1' fill='#e69f00'/><rect x='1' y='11' width='7' height='3' rx='1' fill='#b05aa8'/></svg>";

/** A text as HTML, within an element or an attribute. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** What stands in the root until the viewer takes it over. `what`: such as `report`. */
export const untilDrawn = (what: string): string =>
  `<main class="opening"><h1>perfscope</h1><p class="scripted">Opening the ${what} …</p><noscript><p>This ${what} draws itself: it needs JavaScript, which is turned off here. It loads nothing from elsewhere.</p></noscript></main>`;
/** In the page of a comparison, whose `PAYLOAD_ID` is the run before. */
export const AFTER_ID = 'recording-after';
export const COMPARISON_ID = 'comparison';
