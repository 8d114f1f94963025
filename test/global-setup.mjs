import { startSuiteBroker } from './suite-broker.mjs';

export default startSuiteBroker;
