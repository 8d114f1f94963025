import { stopSuiteBroker } from './suite-broker.mjs';

export default stopSuiteBroker;
