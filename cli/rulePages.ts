import { RULES } from '../analyzer/advice/registry.ts';
import type { SarifRule } from '../analyzer/formats/sarif.ts';
import { rulePage } from './assets.ts';

/** Every rule with its page, or its title where perfscope was built without the pages. */
export const sarifRules = (): SarifRule[] =>
  RULES.map(({ id, title }) => ({ id, title, page: rulePage(id) ?? title }));
