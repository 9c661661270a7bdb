import { describeHalf } from './describe-package.js';

describeHalf(1);
