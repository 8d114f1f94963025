// The door to `@app/queue/health`: apart from that of the library, because not every worker listens, and what answers costs 50 ms at a start.
export { HealthModule } from './health.module';
