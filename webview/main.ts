import { openReport } from './report.ts';

openReport();
