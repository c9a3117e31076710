import { describeStockScenarios } from './stock-scenarios.js';

describeStockScenarios('udp', true);
describeStockScenarios('tcp', true);
