import type { Checked, Prediction, Together } from '../../analyzer/advice/predictions.ts';
import { gainRange } from '../../analyzer/advice/words.ts';
import type { Gain } from '../../analyzer/model/index.ts';
import { h } from '../dom/element.ts';
import { place, visible } from '../format.ts';
import type { Side } from './state.ts';
import { factor } from './words.ts';

/** How a prediction came out, in two words, and how good that is. */
export interface Verdict {
  readonly words: string;
  readonly kind: 'kept' | 'missed' | 'open';
}

export function verdictOf(
  { outcome, predicted, measured, inside }: Prediction,
  isOneOfSeveral: boolean,
): Verdict {
  if (outcome === 'still there') return { words: 'still there', kind: 'open' };
  if (measured === null)
    return { words: isOneOfSeveral ? 'no longer found' : 'no longer found, not measured', kind: 'open' };
  return judged(measured, predicted, inside);
}

function judged(measured: number, predicted: Gain | null, inside: boolean | null): Verdict {
  if (predicted === null || inside === null) return { words: 'no longer found', kind: 'open' };
  if (inside) return { words: 'came true', kind: 'kept' };
  if (measured > predicted.hi) return { words: 'more than predicted', kind: 'kept' };
  return { words: 'less than predicted', kind: 'missed' };
}

/** What was foreseen and what came of it, as a sentence. */
export function foreseenWords(
  predicted: Gain | null,
  withheld: string | null,
  measured: number | null,
): string {
  const foreseen =
    predicted !== null
      ? `Predicted ${gainRange(predicted)}`
      : `No gain was predicted${withheld === null ? '' : `: ${withheld}`}`;
  return measured === null ? `${foreseen}.` : `${foreseen}. Got ${factor(measured)}.`;
}

/** Selects the function of a place of one of the runs; null where no function was seen there. */
export type PickPlace = (place: NonNullable<Prediction['location']>, side: Side) => (() => void) | null;

/** Whether what was advised of the run before was done, and gave what was promised. */
export function predictionList({ predictions, together, fresh }: Checked, pick: PickPlace): HTMLElement {
  const cards = predictions.map((each) => predictionCard(each, together !== null, pick));
  const section = h('section', { class: 'predicted' }, h('h2', {}, 'Predictions'));
  if (predictions.length === 0 && fresh.length === 0)
    section.append(
      h('p', { class: 'note' }, 'Nothing was advised of the run before, and nothing is of the run after.'),
    );
  if (together) section.append(togetherCard(together));
  section.append(h('ol', {}, ...cards, ...fresh.map((each) => freshCard(each, pick))));
  return section;
}

type Named = Pick<Prediction, 'rule' | 'title' | 'location'>;

function card(
  of: Named,
  {
    kind,
    verdict,
    sentence,
    select,
  }: { kind: string; verdict: string; sentence: string; select: (() => void) | null },
): HTMLElement {
  const { title, location } = of;
  const line = location === null ? '' : visible(place(location.file, location.line));
  return h(
    'li',
    { class: `prediction ${kind}` },
    h(
      'div',
      { class: 'finding-top' },
      h('strong', { class: 'verdict' }, verdict),
      h('span', { class: 'severity' }, visible(of.rule)),
    ),
    h('p', { class: 'prediction-title' }, h('bdi', {}, visible(title))),
    line === '' ? null : placeOf(line, location, select),
    h('p', { class: 'note' }, h('bdi', {}, visible(sentence))),
  );
}

function placeOf(line: string, location: Prediction['location'], select: (() => void) | null): HTMLElement {
  const name = visible(location?.function ?? '');
  const place = h(
    'code',
    { class: 'finding-place', title: visible(location?.file ?? '') },
    h('b', {}, h('bdi', {}, line)),
    ' ',
    h('bdi', {}, name),
  );
  if (select === null) return place;
  const button = h('button', { class: 'place-button', type: 'button', title: `Select ${name}` }, place);
  button.addEventListener('click', select);
  return button;
}

function predictionCard(prediction: Prediction, isOneOfSeveral: boolean, pick: PickPlace): HTMLElement {
  const { words: verdict, kind } = verdictOf(prediction, isOneOfSeveral);
  const { predicted, withheld, measured, location } = prediction;
  const sentence = foreseenWords(predicted, withheld, measured);
  return card(prediction, { kind, verdict, sentence, select: location && pick(location, 'before') });
}

function togetherCard({ rules, predicted, measured, inside }: Together): HTMLElement {
  const { words, kind } = judged(measured, predicted, inside);
  return h(
    'div',
    { class: `prediction ${kind}` },
    h('strong', { class: 'verdict' }, `${rules.length} changes together: ${words}`),
    h(
      'p',
      { class: 'note' },
      `${foreseenWords(predicted, null, measured)} What each of them gave cannot be told from two runs.`,
    ),
  );
}

function freshCard(finding: Checked['fresh'][number], pick: PickPlace): HTMLElement {
  const { gain, location } = finding;
  return card(finding, {
    kind: 'fresh',
    verdict: 'new',
    sentence: gain ? `Changing it would give ${gainRange(gain)}.` : 'It was not there before.',
    select: location && pick(location, 'after'),
  });
}
