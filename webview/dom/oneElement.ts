/**
 * In the place of d3-selection, of which d3-zoom asks for one element at a time: what it hears, a property, a style. The whole of
 * d3-selection, which makes documents out of data, is 13 KB in every report.
 */

type Target = EventTarget & { style?: CSSStyleDeclaration };
type Heard = (this: Target, event: Event, datum: unknown) => void;
interface Listening {
  readonly type: string;
  readonly hear: (event: Event) => void;
  readonly options: AddEventListenerOptions | boolean | undefined;
}

/** By the whole name, such as `wheel.zoom`. */
const listening = new WeakMap<Target, Map<string, Listening>>();

class OneElement {
  private readonly node: Target | null;

  constructor(node: Target | null) {
    this.node = node;
  }

  /** `value` may be a function of the element, which is its `this`. */
  property(name: string, value: unknown): this {
    if (this.node)
      Object.assign(this.node, { [name]: typeof value === 'function' ? value.call(this.node) : value });
    return this;
  }

  style(name: string, value: string): this {
    this.node?.style?.setProperty(name, value);
    return this;
  }

  /** `names`: types of events, each with a name of its listener behind a dot; null takes a listener away. */
  on(names: string, heard: Heard | null, options?: Listening['options']): this {
    const { node } = this;
    if (!node) return this;
    const known = listening.get(node) ?? new Map<string, Listening>();
    listening.set(node, known);
    for (const name of names.split(' ')) {
      const before = known.get(name);
      if (before) node.removeEventListener(before.type, before.hear, before.options);
      known.delete(name);
      if (!heard) continue;
      const now: Listening = {
        type: name.split('.')[0] ?? name,
        hear: (event) => heard.call(node, event, undefined),
        options,
      };
      node.addEventListener(now.type, now.hear, options);
      known.set(name, now);
    }
    return this;
  }

  filter(keeps: (this: Target) => boolean): OneElement {
    return new OneElement(this.node && keeps.call(this.node) ? this.node : null);
  }

  call(act: (selection: this, ...more: unknown[]) => void, ...more: unknown[]): this {
    act(this, ...more);
    return this;
  }

  /** There is no data here. */
  datum(): undefined {}
}

export const select = (node: Target): OneElement => new OneElement(node);

/** Where a pointer is in an element, in CSS pixels from its top left. */
export function pointer(event: MouseEvent | Touch, node?: Element): [number, number] {
  const within = node ?? ((event as MouseEvent).currentTarget as Element);
  const { left, top } = within.getBoundingClientRect();
  return [event.clientX - left - within.clientLeft, event.clientY - top - within.clientTop];
}
