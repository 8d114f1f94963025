import type { TaskDefinition } from '@app/queue';
import { allTasks, cpuBurn, imageResize, notificationEmail, notificationSms, tutorial } from '.';

const accepts = async (task: TaskDefinition, payload: unknown): Promise<boolean> =>
  (await task.payload['~standard'].validate(payload)).issues === undefined;

const image = { width: 320, output: 'a.webp' };
const email = { to: 'ada@example.com', subject: 'Done', text: 'It is done.' };

describe('task definitions', () => {
  it('have names and queues that both apps rely on', () => {
    expect(allTasks.map(({ name, queue }) => `${name} in ${queue.name}`)).toEqual(
      expect.arrayContaining([
        'tutorial in task_queue',
        'image.resize in images',
        'notification.email in notifications',
        'notification.sms in notifications',
        'cpu.burn in cpu',
      ]),
    );
  });

  it.each<[TaskDefinition, unknown]>([
    [tutorial, 'First message.'],
    [tutorial, ''],
    [imageResize, { ...image, source: 'a.png' }],
    [imageResize, { ...image, source: 'cats/2026/a b…c.png' }],
    [imageResize, { ...image, bytes: 'iVBORw0KGgo=' }],
    [imageResize, { ...image, bytes: 'A'.repeat(4_000_000) }],
    [notificationEmail, email],
    [notificationEmail, { ...email, subject: 'Grüße – 完了', html: '<p>Done</p>' }],
    [notificationSms, { to: '+4915112345678', text: 'Hi' }],
    [cpuBurn, { rounds: 1 }],
    [cpuBurn, { rounds: 100_000_000, seed: 'x' }],
  ])('of %o take %j', async (task, payload) => {
    expect(await accepts(task, payload)).toBe(true);
  });

  it.each<[string, TaskDefinition, unknown]>([
    ['no text', tutorial, { text: 'a' }],
    ['a text without end', tutorial, 'x'.repeat(10_001)],
    ['neither source nor bytes', imageResize, image],
    ['both source and bytes', imageResize, { ...image, source: 'a.png', bytes: 'iVBORw0KGgo=' }],
    ['a source above its folder', imageResize, { ...image, source: '../a.png' }],
    ['a source above its folder, hidden', imageResize, { ...image, source: 'a/../../b.png' }],
    ['an absolute source', imageResize, { ...image, source: '/etc/passwd' }],
    ['a source on a drive', imageResize, { ...image, source: 'C:/a.png' }],
    ['a source with backslashes', imageResize, { ...image, source: '..\\a.png' }],
    ['a source with a NUL', imageResize, { ...image, source: 'a.png\0.jpg' }],
    ['bytes that are no base64', imageResize, { ...image, bytes: 'äöü=' }],
    ['an upload too large for a message', imageResize, { ...image, bytes: 'A'.repeat(4_000_004) }],
    ['a width of nothing', imageResize, { ...image, source: 'a.png', width: 0 }],
    ['a width beyond 8000', imageResize, { ...image, source: 'a.png', width: 8_001 }],
    ['a width that is no whole number', imageResize, { ...image, source: 'a.png', width: 1.5 }],
    ['an output with a folder', imageResize, { ...image, source: 'a.png', output: 'x/a.png' }],
    ['an output above', imageResize, { ...image, source: 'a.png', output: '../a.png' }],
    ['a hidden output', imageResize, { ...image, source: 'a.png', output: '.a.png' }],
    ['an output of another format', imageResize, { ...image, source: 'a.png', output: 'a.svg' }],
    ['an unknown field', imageResize, { ...image, source: 'a.png', height: 3 }],
    ['two recipients', notificationEmail, { ...email, to: 'ada@example.com, eve@example.com' }],
    [
      'a recipient with a header behind',
      notificationEmail,
      { ...email, to: 'ada@example.com\r\nBcc: eve@example.com' },
    ],
    ['a subject with a header behind', notificationEmail, { ...email, subject: 'Hi\nBcc: eve@example.com' }],
    ['a subject without end', notificationEmail, { ...email, subject: 'x'.repeat(201) }],
    ['an attachment', notificationEmail, { ...email, attachments: [{ path: '/etc/passwd' }] }],
    ['a phone number without its country', notificationSms, { to: '015112345678', text: 'Hi' }],
    ['a text message without end', notificationSms, { to: '+4915112345678', text: 'x'.repeat(1_601) }],
    ['no rounds', cpuBurn, { rounds: 0 }],
    ['rounds for a day', cpuBurn, { rounds: 100_000_001 }],
  ])('refuse %s', async (_what, task, payload) => {
    expect(await accepts(task, payload)).toBe(false);
  });

  it('name the field that is wrong', async () => {
    const { issues } = await imageResize.payload['~standard'].validate(image);
    expect(issues?.map(({ path, message }) => `${path?.join('.')}: ${message}`)).toEqual([
      'source: give either source or bytes, exactly one of the two',
    ]);
  });
});
