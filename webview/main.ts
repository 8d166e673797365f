import { openReport } from './report.ts';

void openReport();
