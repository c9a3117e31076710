import { describeStockScenarios } from './stock-scenarios.js';

describeStockScenarios('tcp', false);
