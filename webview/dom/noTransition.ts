/** In the place of d3-transition and d3-interpolate, of which d3-zoom names these two. Nothing is moved by d3 here. */

/** Ends what moves an element. */
export function interrupt(): void {}

/** The way of a zoom that moves by itself: never asked for. */
export function interpolateZoom(): never {
  throw new Error('transitions of d3 are not in the bundle');
}
