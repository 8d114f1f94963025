import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { PrivateNode } from '../support/private-node';
import { TestProcess } from '../support/process';
import { rabbitmqctl } from '../support/rabbitmqctl';
import { runModule } from '../support/run-module';

const shakeHands = (url: string) =>
  runModule('broker/handshake.mjs', '({ shakeHands }, url) => shakeHands(url).catch((error) => error.message)', url);

describe('a private node', () => {
  let node: PrivateNode;

  beforeAll(async () => {
    node = await PrivateNode.start();
  });

  afterAll(() => node.stop());

  it('says what it is to whoever logs in, and why to whoever may not', async () => {
    expect(await shakeHands(node.url)).toMatchObject({
      product: 'RabbitMQ',
      clusterName: expect.stringMatching(/^warren-/),
    });
    expect(await shakeHands(node.url.replace('guest:guest', 'guest:wrong'))).toMatch(
      /^refused with 403 ACCESS_REFUSED/,
    );
    expect(await shakeHands(`${node.url}/nowhere`)).toMatch(/^refused with 530 .*nowhere/);
  });

  it('tries again after 30 seconds what came due in a delay level and could not be handed on', async () => {
    const setting = 'application:get_env(rabbit, dead_letter_worker_publisher_confirm_timeout).';
    expect(await rabbitmqctl(node, 'eval', setting)).toBe('{ok,30000}');
  });

  it('keeps what it has confirmed over a kill, at the same address', async () => {
    const before = await connect(node.url);
    before.on('error', () => undefined); // the kill
    const channel = await before.createConfirmChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('kept', { durable: true });
    channel.sendToQueue('kept', Buffer.from('a task'), { persistent: true });
    await channel.waitForConfirms();

    await node.writeDownQueues();
    await node.kill();
    await expect(connect(node.url)).rejects.toThrow('ECONNREFUSED');
    await node.restart();

    const after = await connect(node.url);
    const message = await (await after.createChannel()).get('kept', { noAck: true });
    expect(message && message.content.toString()).toBe('a task');
    await after.close();
  });

  it('has its folder for itself', async () => {
    await expect(PrivateNode.start(node.directory)).rejects.toThrow('held');
    expect(await shakeHands(node.url)).toMatchObject({ product: 'RabbitMQ' });
  });

  it('is joined by who looks for a broker here, and nobody says that one is started', async () => {
    const said = await runModule(
      'broker/find-broker.mjs',
      `async ({ privateBroker }, directory) => {
        const said = [];
        const { description } = await privateBroker({ doing: (_label, text) => said.push(text) }, { directory });
        return [...said, description];
      }`,
      node.directory,
    );
    expect(said).toEqual([
      'joining a private RabbitMQ node that runs',
      expect.stringMatching(/^a private RabbitMQ node on .*, running already \(process \d+\)$/),
    ]);
  });

  it('has its address printed by the command that starts it where it does not run', async () => {
    const state = mkdtempSync(join(tmpdir(), 'warren-state-'));
    symlinkSync(node.directory, join(state, 'node'));
    const command = TestProcess.typed('npm run broker', { WARREN_STATE_DIR: state });
    expect(await command.exit()).toEqual({ code: 0, signal: null });
    expect(command.stdout.map((line) => line.trim())).toContain(`AMQP_URL=${node.url}`);
    expect(await shakeHands(node.url)).toMatchObject({ product: 'RabbitMQ' });
    rmSync(state, { recursive: true });
  });

  it('is ended when its keeper was killed, before the next one opens the same folder; who stops that one removes it', async () => {
    await node.killKeeper();
    expect(await shakeHands(node.url)).toMatchObject({ product: 'RabbitMQ' }); // left behind
    const next = await PrivateNode.start(node.directory);
    expect(next.url).toBe(node.url); // given up by the broker that was left behind
    await next.stop();
    expect(await shakeHands(node.url)).toMatch('ECONNREFUSED');
    expect(existsSync(node.directory)).toBe(false);
  });
});
