import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { UnrecoverableError } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import type { imageResize } from '@app/tasks';
import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { existingFileInside, newFileInside } from '../files/inside-folder';
import { writeWholeFile } from '../files/write-whole-file';

// Of libvips' many decoders only these three ever see a task's bytes. The setting holds for the whole process.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });

/** Bytes of the largest source file that is read into memory. */
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

/** Pixels of the longest side that is written: WebP's limit, and a stop for a tiny image blown up without end. */
const MAX_SIDE = 16_383;

/** Seconds after which libvips gives up on one image. */
const MAX_SECONDS = 60;

const FORMATS = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp' } as const;

/** The image cannot be resized, now or later: no image, of a format that is not accepted, or too large. Nothing was written. */
export class ImageError extends UnrecoverableError {
  override readonly name = 'ImageError';
}

/** The only two folders a task of `image.resize` can touch. */
export interface ImageFolders {
  /** Where a task's `source` is looked up; nothing outside is read. */
  readonly source: string;
  /** Where a task's `output` is written; made when missing. */
  readonly output: string;
}

/** Does the work of `image.resize`. */
export class ImageResizer {
  constructor(private readonly folders: ImageFolders) {}

  /**
   * Resizes an image and writes it under its final name only when it is whole, so that running twice is harmless.
   * @returns the path of the file written.
   * @throws ImageError, OutsideFolderError, NoSuchFileError, or the signal's reason. Nothing was written then.
   */
  async resize(task: PayloadOf<typeof imageResize>, signal: AbortSignal): Promise<string> {
    const path = await newFileInside(this.folders.output, task.output);
    const original = await this.read(task, signal);
    const resized = await resizedTo(task.width, formatOf(task.output), original);
    signal.throwIfAborted();
    await writeWholeFile(path, resized, signal);
    return path;
  }

  /** Reads the file itself instead of naming it to libvips, which remembers files by name and would miss a change. */
  private async read(task: PayloadOf<typeof imageResize>, signal: AbortSignal): Promise<Buffer> {
    if (task.bytes !== undefined) return Buffer.from(task.bytes, 'base64');
    const path = await existingFileInside(this.folders.source, task.source ?? '');
    const { size } = await stat(path);
    if (size > MAX_SOURCE_BYTES) {
      throw new ImageError(`The image has ${size} bytes and the limit is ${MAX_SOURCE_BYTES}. Nothing was written.`);
    }
    return readFile(path, { signal });
  }
}

type Format = (typeof FORMATS)[keyof typeof FORMATS];

function formatOf(output: string): Format {
  const ending = extname(output);
  if (!isKnown(ending)) {
    throw new ImageError(`"${output}" must end with ${Object.keys(FORMATS).join(', ')}. Nothing was written.`);
  }
  return FORMATS[ending];
}

function isKnown(ending: string): ending is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, ending);
}

async function resizedTo(width: number, format: Format, original: Buffer): Promise<Buffer> {
  // sharp's own limit on pixels read (268 million) stays as it is.
  const image = sharp(original).timeout({ seconds: MAX_SECONDS });
  try {
    assertHeight(width, await image.metadata());
    return await withoutAlpha(image.autoOrient().resize({ width }), format).toFormat(format).toBuffer();
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImageError(`The image could not be resized (JPEG, PNG and WebP are accepted): ${reason}.`, {
      cause: error,
    });
  }
}

function assertHeight(width: number, metadata: Metadata): void {
  const { autoOrient: original } = metadata;
  const height = Math.round((original.height * width) / original.width);
  if (height > MAX_SIDE) {
    throw new ImageError(
      `The image would become ${height} pixels high and the limit is ${MAX_SIDE}. Nothing was written.`,
    );
  }
}

/** JPEG knows no transparency: what shines through becomes white, not black. */
function withoutAlpha(image: Sharp, format: Format): Sharp {
  return format === 'jpeg' ? image.flatten({ background: 'white' }) : image;
}
