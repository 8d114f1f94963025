import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { ImageError, ImageResizer } from './image-resizer';

let base: string;
let resizer: ImageResizer;

const never = new AbortController().signal;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'warren-'));
  await mkdir(join(base, 'in'));
  resizer = new ImageResizer({ source: join(base, 'in'), output: join(base, 'out') });
});

afterEach(() => rm(base, { recursive: true, force: true }));

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } });

async function outputs(): Promise<Record<string, unknown>> {
  const files = await readdir(join(base, 'out'));
  const read = async (file: string) => {
    const { format, width, height } = await sharp(await readFile(join(base, 'out', file))).metadata();
    return [file, `${format} ${width}x${height}`] as const;
  };
  return Object.fromEntries(await Promise.all(files.map(read)));
}

describe('resizing an image', () => {
  it.each([
    ['jpeg', 'small.png', 'png 40x20'],
    ['png', 'small.jpg', 'jpeg 40x20'],
    ['webp', 'small.jpeg', 'jpeg 40x20'],
    ['png', 'small.webp', 'webp 40x20'],
  ] as const)('reads a %s file and writes %s, keeping its proportions', async (format, output, expected) => {
    await picture(400, 200)
      .toFormat(format)
      .toFile(join(base, 'in', `big.${format}`));
    await resizer.resize({ source: `big.${format}`, width: 40, output }, never);
    expect(await outputs()).toEqual({ [output]: expected });
  });

  it('reads an upload, and twice is the same as once', async () => {
    const bytes = (await picture(100, 100).png().toBuffer()).toString('base64');
    await resizer.resize({ bytes, width: 50, output: 'half.png' }, never);
    const once = await readFile(join(base, 'out', 'half.png'));
    await resizer.resize({ bytes, width: 50, output: 'half.png' }, never);
    expect(await readFile(join(base, 'out', 'half.png'))).toEqual(once);
    expect(await outputs()).toEqual({ 'half.png': 'png 50x50' });
  });

  it('sees a source file that has changed under its name', async () => {
    await picture(100, 100)
      .png()
      .toFile(join(base, 'in', 'a.png'));
    await resizer.resize({ source: 'a.png', width: 10, output: 'a.png' }, never);
    await picture(100, 200)
      .png()
      .toFile(join(base, 'in', 'a.png'));
    await resizer.resize({ source: 'a.png', width: 10, output: 'a.png' }, never);
    expect(await outputs()).toEqual({ 'a.png': 'png 10x20' });
  });

  it('stands a photograph up that its camera marked as turned', async () => {
    const bytes = (await picture(200, 100).jpeg().withMetadata({ orientation: 6 }).toBuffer()).toString('base64');
    await resizer.resize({ bytes, width: 50, output: 'up.jpg' }, never);
    expect(await outputs()).toEqual({ 'up.jpg': 'jpeg 50x100' });
  });
});

describe('an image that cannot be resized leaves nothing behind', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>';

  it.each([
    ['no image at all', async () => Buffer.from('no image at all')],
    ['an SVG', async () => Buffer.from(svg)],
    ['a GIF', async () => picture(40, 40).gif().toBuffer()],
    ['a TIFF', async () => picture(40, 40).tiff().toBuffer()],
    ['a JPEG cut short', async () => (await picture(400, 400).jpeg().toBuffer()).subarray(0, 300)],
    ['one that would become 80,000 pixels high', async () => picture(1, 100).png().toBuffer()],
  ])('%s', async (_what, make) => {
    const bytes = (await make()).toString('base64');
    await expect(resizer.resize({ bytes, width: 800, output: 'a.png' }, never)).rejects.toThrow(ImageError);
    expect(await outputs()).toEqual({});
  });

  it('one whose header promises more pixels than anybody may ask for', async () => {
    const bytes = pngThatClaims(30_000, 30_000).toString('base64');
    await expect(resizer.resize({ bytes, width: 8, output: 'a.png' }, never)).rejects.toThrow(/pixel limit/);
    expect(await outputs()).toEqual({});
  });

  it('one outside the source folder', async () => {
    await picture(10, 10).png().toFile(join(base, 'secret.png'));
    await symlink(join(base, 'secret.png'), join(base, 'in', 'link.png'));
    for (const source of ['../secret.png', 'link.png', join(base, 'secret.png')]) {
      await expect(resizer.resize({ source, width: 5, output: 'a.png' }, never)).rejects.toThrow(/leads out/);
    }
    expect(await outputs()).toEqual({});
  });

  it('one whose output would lie outside the output folder, or be of no known format', async () => {
    await picture(10, 10)
      .png()
      .toFile(join(base, 'in', 'a.png'));
    for (const output of ['../a.png', '/a.png', 'a.svg', 'png']) {
      await expect(resizer.resize({ source: 'a.png', width: 5, output }, never)).rejects.toThrow();
    }
    expect(await readdir(base)).toEqual(['in', 'out']);
    expect(await outputs()).toEqual({});
  });

  it('one whose worker has to stop, before or in the middle', async () => {
    await picture(2_000, 2_000)
      .png()
      .toFile(join(base, 'in', 'a.png'));
    const stopping = new AbortController();
    const run = resizer.resize({ source: 'a.png', width: 1_500, output: 'a.webp' }, stopping.signal);
    setImmediate(() => stopping.abort());
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(resizer.resize({ source: 'a.png', width: 5, output: 'a.webp' }, stopping.signal)).rejects.toThrow();
    expect(await outputs()).toEqual({});
  });

  it('one that is larger than a worker reads into memory', async () => {
    await writeFile(join(base, 'in', 'huge.png'), Buffer.alloc(64 * 1024 * 1024 + 1));
    await expect(resizer.resize({ source: 'huge.png', width: 5, output: 'a.png' }, never)).rejects.toThrow(/limit/);
    expect(await outputs()).toEqual({});
  });
});

/** The first chunk of a PNG: signature, IHDR with its checksum, and nothing after it. */
function pngThatClaims(width: number, height: number): Buffer {
  const header = Buffer.alloc(17);
  header.write('IHDR');
  header.writeUInt32BE(width, 4);
  header.writeUInt32BE(height, 8);
  header.set([8, 2, 0, 0, 0], 12);
  const length = Buffer.from([0, 0, 0, 13]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(header));
  const end = Buffer.from([0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0x35, 0xaf, 0x06, 0x1e]);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), length, header, checksum, end]);
}

/** PNG's checksum; node:zlib has it only since 20.15 and types it later. */
function crc32(bytes: Buffer): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}
