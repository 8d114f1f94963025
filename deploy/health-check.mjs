// The images' health check: exits 0 when the app in this container answers GET /health/live with 2xx, otherwise 1.
// Usage: node health-check.mjs <the variable that holds the app's port>
// Liveness only: whether the broker can be reached is /health/ready, and no reason to replace the container.
const [variable = ''] = process.argv.slice(2);
const url = `http://127.0.0.1:${process.env[variable]}/health/live`;

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  process.exit(0);
} catch (error) {
  console.error(`${url}: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
