// Draws the sample images of apps/worker/samples: `node scripts/make-sample-images.mjs`. The same code draws the same pixels.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const folder = fileURLToPath(new URL('../apps/worker/samples/', import.meta.url));

/** Draws a picture pixel by pixel: `colour` takes x and y from 0 to 1 and answers [red, green, blue] from 0 to 1. */
function draw(width, height, colour) {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const [red, green, blue] = colour(x / width, y / height);
      pixels.set(
        [red, green, blue].map((value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
        at,
      );
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const mix = (from, to, share) =>
  from.map((value, index) => value + (to[index] - value) * Math.min(1, Math.max(0, share)));

/** A sun that goes down behind three ranges of hills. */
function sunset(x, y) {
  const hill = (base, height, waves, phase) =>
    base - height * (0.6 * Math.sin(waves * x + phase) + 0.4 * Math.sin(2.3 * waves * x + 2 * phase));
  if (y > hill(0.88, 0.05, 9, 1)) return [0.07, 0.05, 0.14];
  if (y > hill(0.76, 0.06, 6, 4)) return [0.2, 0.1, 0.27];
  if (y > hill(0.66, 0.05, 4, 2)) return [0.4, 0.18, 0.36];
  const sky =
    y < 0.4
      ? mix([0.1, 0.12, 0.38], [0.75, 0.32, 0.45], y / 0.4)
      : mix([0.75, 0.32, 0.45], [1, 0.72, 0.35], (y - 0.4) / 0.3);
  const distance = Math.hypot(((x - 0.62) * 4) / 3, y - 0.5);
  return distance < 0.09 ? [1, 0.95, 0.75] : mix([1, 0.85, 0.55], sky, Math.min(1, distance / 0.55));
}

/** Rings of two stones thrown into water, in a few shades. */
function ripples(x, y) {
  const ring = (centreX, centreY) => Math.sin(Math.hypot((x - centreX) * 4, (y - centreY) * 3) * 24);
  const height = (ring(0.3, 0.4) + ring(0.72, 0.62)) / 4 + 0.5;
  return mix([0.03, 0.2, 0.35], [0.75, 0.95, 0.95], Math.round(height * 11) / 11);
}

/** The Mandelbrot set with a smooth rim. */
function mandelbrot(x, y) {
  const [cx, cy] = [x * 3 - 2.15, y * 2.25 - 1.125];
  let [zx, zy, step] = [0, 0, 0];
  for (; step < 200 && zx * zx + zy * zy < 64; step++) [zx, zy] = [zx * zx - zy * zy + cx, 2 * zx * zy + cy];
  if (step === 200) return [0.02, 0.02, 0.06];
  const smooth = (step + 1 - Math.log2(Math.log2(zx * zx + zy * zy) / 2)) / 12;
  return [0, 2, 4].map((phase) => 0.5 + 0.5 * Math.cos(smooth * 4 + 3.4 + phase / 2));
}

/** Woven threads in four colours. */
function weave(x, y) {
  const [column, row] = [Math.floor(x * 32), Math.floor(y * 24)];
  const over = (column + row) % 2 === 0;
  const across = over ? (y * 24) % 1 : (x * 32) % 1;
  const thread = over
    ? [
        [0.85, 0.3, 0.2],
        [0.95, 0.75, 0.3],
      ][row % 2]
    : [
        [0.15, 0.35, 0.5],
        [0.2, 0.6, 0.55],
      ][column % 2];
  return mix([0.05, 0.05, 0.08], thread, Math.sin(across * Math.PI) * 1.3);
}

await mkdir(folder, { recursive: true });
await draw(1600, 1200, sunset).jpeg({ quality: 82, mozjpeg: true }).toFile(`${folder}sunset.jpg`);
await draw(1200, 900, ripples).png({ palette: true, colours: 16, compressionLevel: 9 }).toFile(`${folder}ripples.png`);
await draw(1600, 1200, mandelbrot).webp({ quality: 78 }).toFile(`${folder}mandelbrot.webp`);
await draw(1280, 960, weave).jpeg({ quality: 72, mozjpeg: true }).toFile(`${folder}weave.jpg`);
