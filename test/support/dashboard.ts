import { queueSettings, readSettings, TaskRegistry } from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { hashPassword } from '../../apps/dashboard/src/access/password-hash';
import type { Role } from '../../apps/dashboard/src/access/role';
import { dashboardConfiguration } from '../../apps/dashboard/src/dashboard.configuration';
import { DashboardModule } from '../../apps/dashboard/src/dashboard.module';
import { dashboardSettings } from '../../apps/dashboard/src/dashboard.settings';
import { setUpHttp } from '../../apps/dashboard/src/http-setup';

/** The password of every user of a test. */
export const PASSWORD = 'correct horse battery';

/** Entries of DASHBOARD_USERS, one of each role, called by its role. */
export async function usersOf(...roles: readonly Role[]): Promise<string> {
  const hash = await hashPassword(PASSWORD);
  return roles.map((role) => `${role}:${role}:${hash}`).join(',');
}

/** One thing that Express goes through with each request: a route, or something that stands before all of them. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** The dashboard as its `main.ts` makes it, in this process, with definitions of a test's own. */
export class TestDashboard {
  private constructor(
    private readonly app: NestExpressApplication,
    readonly url: string,
  ) {}

  /** Starts one with these variables and no others; close it on the line that opens it. */
  static async start(
    environment: Record<string, string>,
    tasks: readonly TaskDefinition[],
    port = 0,
  ): Promise<TestDashboard> {
    const settings = readSettings({ ...queueSettings, ...dashboardSettings }, environment);
    const module = await Test.createTestingModule({ imports: [DashboardModule] })
      .overrideProvider(dashboardConfiguration.KEY)
      .useValue(settings)
      .overrideProvider(TaskRegistry)
      .useValue(new TaskRegistry(tasks))
      .compile();
    const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
    setUpHttp(app, settings.trustedProxies);
    await app.listen(port, '127.0.0.1');
    return new TestDashboard(app, (await app.getUrl()).replace('[::1]', '127.0.0.1'));
  }

  /** What a page of ours reads. */
  get(path: string, cookie = ''): request.Test {
    return request(this.app.getHttpServer()).get(path).set('Cookie', cookie);
  }

  /** What a page of ours has done. */
  post(path: string, body: object = {}, cookie = ''): request.Test {
    return this.foreignPost(path, body, cookie).set('x-warren-dashboard', '1');
  }

  /** What anybody may try. */
  foreignPost(path: string, body: object = {}, cookie = ''): request.Test {
    return request(this.app.getHttpServer()).post(path).set('Cookie', cookie).send(body);
  }

  /** Logs in; gives the cookie. */
  async login(name: Role, password = PASSWORD): Promise<string> {
    const answer = await this.post('/api/login', { name, password }).expect(200);
    return cookieOf(answer)?.split(';')[0] ?? '';
  }

  /** Every route there is, as `POST /api/tasks/:id/cancel`. */
  get routes(): string[] {
    const { router } = this.app.getHttpAdapter().getInstance() as unknown as { router: { stack: readonly Layer[] } };
    return router.stack.flatMap(({ route }) =>
      route === undefined ? [] : Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`),
    );
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** The cookie that an answer sets, with its attributes. */
export function cookieOf(answer: request.Response): string | undefined {
  return (answer.headers['set-cookie'] as unknown as string[] | undefined)?.[0];
}
