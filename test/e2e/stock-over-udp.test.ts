import { describeStockScenarios } from './stock-scenarios.js';

describeStockScenarios('udp', false);
