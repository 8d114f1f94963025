import { ConfigurationError, queueSettings, readSettings } from '@app/queue';
import { registerAs } from '@nestjs/config';
import type { ConfigType } from '@nestjs/config';
import { unguardedProblem } from './access/unguarded';
import { dashboardSettings } from './dashboard.settings';

/**
 * The dashboard's configuration, read once from the environment and `.env`; every wrong variable is reported at once, and so is
 * an address that others reach without a user who may log in.
 */
export const dashboardConfiguration = registerAs('dashboard', () => {
  const settings = readSettings({ ...queueSettings, ...dashboardSettings }, process.env);
  const problem = unguardedProblem(settings);
  if (problem !== undefined) throw new ConfigurationError([problem]);
  return settings;
});

/** The values of every setting of the dashboard and of `@app/queue`, for `inject: [dashboardConfiguration.KEY]`. */
export type DashboardConfiguration = ConfigType<typeof dashboardConfiguration>;
