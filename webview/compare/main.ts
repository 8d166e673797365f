import { openComparison } from './open.ts';

openComparison();
