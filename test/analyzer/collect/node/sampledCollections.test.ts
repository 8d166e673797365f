import { describe, expect, test } from '@jest/globals';
import { SampledCollections } from '../../../../analyzer/collect/node/sampledCollections.ts';

const at = (...starts: number[]) => starts.map((start) => ({ start, end: start + 5 }));

describe('collections that only samples have', () => {
  test('none while the thread tells of each', () => {
    const sampled = new SampledCollections();
    sampled.add(at(10, 20));
    expect(sampled.take(1000)).toEqual([]);
    expect(sampled.take(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  test('those from when on it does not, until it does again', () => {
    const sampled = new SampledCollections();
    sampled.add(at(10, 20, 30, 40));
    sampled.changed(18, false);
    sampled.changed(33, true);
    expect(sampled.take(100)).toEqual(at(20, 30));
  });

  test('not before it is known whether it tells', () => {
    const sampled = new SampledCollections();
    sampled.add(at(10, 20));
    expect(sampled.take(14)).toEqual([]);
    sampled.changed(5, false);
    expect(sampled.take(20)).toEqual(at(10));
    sampled.add(at(30));
    expect(sampled.take(Number.POSITIVE_INFINITY)).toEqual(at(20, 30));
  });
});
