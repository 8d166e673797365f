import { expect, test } from '@jest/globals';
import { stepArea } from '../../webview/glance/view.ts';

test('the area under values has a step for each, closed at the bottom', () => {
  expect(stepArea([1, 3], 10, 4, (value) => 4 - value)).toBe('M0,4V3.00H5.00V1.00H10.00V4Z');
  expect(stepArea([], 10, 4, () => 0)).toBe('M0,4V4Z');
});
