/** No answer is as long. */
const LONGEST = 4096;

/** Cuts what a program prints into lines. `take` gives the whole lines so far; null when there is one that is absurdly long. */
export class Lines {
  private rest = '';

  take(text: string): string[] | null {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return this.rest.length > LONGEST ? null : lines.map((line) => line.replace(/\r$/, ''));
  }
}
