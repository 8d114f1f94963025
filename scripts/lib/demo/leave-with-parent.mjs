// Loaded into the apps that npm start runs (node --import): when that process is gone, killed perhaps, the app stops as it
// would by SIGTERM. It has no part in the apps themselves.
const PATIENCE = 30_000;

process.on('disconnect', () => {
  // Whoever read our output is gone as well.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  setTimeout(() => process.exit(1), PATIENCE).unref();
  process.kill(process.pid, 'SIGTERM');
});
