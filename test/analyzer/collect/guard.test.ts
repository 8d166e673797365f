import { expect, test } from '@jest/globals';
import { Guard } from '../../../analyzer/collect/guard.ts';
import type { CollectorHealth } from '../../../analyzer/model/index.ts';

const HEALTH: CollectorHealth = {
  id: 'any',
  status: 'ok',
  requestedHz: null,
  achievedHz: null,
  samples: 0,
  missed: 0,
  dropped: 0,
  torn: 0,
  figures: {},
  warnings: ['known before'],
};

test('a step that fails ends the collector, is told in its health, and throws nothing', () => {
  const guard = new Guard('tasks');
  const done: string[] = [];
  guard.run(() => done.push('before'));
  expect(guard.told(HEALTH)).toEqual(HEALTH);
  guard.run(() => {
    throw new Error('the disk is full');
  });
  guard.run(() => done.push('after'));
  expect(done).toEqual(['before']);
  expect(guard.told(HEALTH)).toMatchObject({
    status: 'partial',
    warnings: ['known before', 'tasks are missing from here on: the disk is full.'],
  });
});
