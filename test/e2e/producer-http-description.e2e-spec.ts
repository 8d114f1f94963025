import { allTasks } from '@app/tasks';
import { problemOf, TestProducer } from '../support/producer';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

/** The parts of the API's document that the tests look at. */
interface ApiDocument {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<
      string,
      { requestBody?: { content: Record<string, { examples: Record<string, { value: { tasks: object[] } }> }> } }
    >
  >;
  readonly components: {
    readonly schemas: { readonly Task: { readonly discriminator: { readonly mapping: object } } };
  };
}

async function documentOf(producer: TestProducer): Promise<ApiDocument> {
  const answer = await producer.get('/docs-json').expect(200).expect('Content-Type', /json/);
  return answer.body as ApiDocument;
}

describe('the producer about itself', () => {
  let vhost: Vhost;
  let producer: TestProducer;

  beforeAll(async () => {
    vhost = await Vhost.open();
    producer = await TestProducer.start({ AMQP_URL: vhost.url });
  });

  afterAll(async () => {
    await producer.close();
    await vhost.close();
  });

  it('says that it is alive and ready', async () => {
    expect((await producer.get('/health/live').expect(200)).body).toMatchObject({ status: 'ok' });
    const ready = await waitFor('readiness', async () => {
      const answer = await producer.get('/health/ready');
      return answer.status === 200 && answer;
    });
    expect(ready.body).toMatchObject({ status: 'ok' });
  });

  it('describes every task and every path', async () => {
    const document = await documentOf(producer);
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.components.schemas.Task.discriminator.mapping)).toEqual(
      allTasks.map(({ name }) => name),
    );
    expect(Object.keys(document.paths['/tasks/{id}'] ?? {}).toSorted()).toEqual(['delete', 'get']);
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) {
        const answer = await (method === 'post' ? producer.post(path, {}) : producer[method as 'get' | 'delete'](path));
        const isThere = answer.status !== 404 || problemOf(answer).type !== 'about:blank';
        expect({ path, method, isThere }).toEqual({ path, method, isThere: true });
      }
    }
  });

  it('describes the messages of every task', async () => {
    const { body } = await producer.get('/asyncapi').expect(200).expect('Content-Type', /json/);
    expect(body).toMatchObject({ asyncapi: '3.0.0' });
    const { messages } = (body as { components: { messages: object } }).components;
    expect(Object.keys(messages)).toEqual(allTasks.map(({ name }) => name));
    await producer.get('/asyncapi/more').expect(404);
  });

  it('takes the examples of its description as they are', async () => {
    const { paths } = await documentOf(producer);
    const examples = paths['/tasks/batch']?.['post']?.requestBody?.content['application/json']?.examples;
    const value = examples?.['one of each']?.value ?? { tasks: [] };
    expect(value.tasks).toHaveLength(allTasks.length);
    await producer.post('/tasks/batch', value).expect(202);
  });

  it('shows the description as a page whose scripts are its own', async () => {
    const page = await producer.get('/docs').expect(200).expect('Content-Type', /html/);
    for (const [, script] of page.text.matchAll(/<script src="([^"]+)"/g)) {
      await producer.get(new URL(script, 'http://host/docs').pathname).expect(200);
    }
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('does not say what it is made of, and answers unknown paths with a problem', async () => {
    const answer = await producer
      .get('/task')
      .expect(404)
      .expect('Content-Type', /^application\/problem\+json/);
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Cannot GET /task',
      problems: [],
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  });
});
