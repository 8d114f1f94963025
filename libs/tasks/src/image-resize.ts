import { defineTask, exponential } from '@app/queue/definitions';
import { z } from 'zod';

/** Base64 characters of an upload: about 3 MB of image, so that the message stays below the default MAX_MESSAGE_BYTES. */
const MAX_UPLOAD_CHARACTERS = 4_000_000;

const source = z
  .string()
  .min(1)
  .max(400)
  .refine(isRelativePath, 'must be a path inside the image folder: relative, with forward slashes, without ".."')
  .meta({
    description:
      'The image to read, as a path relative to the worker’s IMAGE_SOURCE_DIR. Leave it out to send `bytes`.',
    examples: ['sunset.jpg'],
  });

const bytes = z
  .base64()
  .min(4)
  .max(MAX_UPLOAD_CHARACTERS)
  .meta({ description: 'The image itself (JPEG, PNG or WebP), base64. Leave it out to read `source`.' });

const width = z
  .int()
  .min(1)
  .max(8_000)
  .meta({ description: 'The width wanted, in pixels. The height follows.', examples: [320] });

const output = z
  .string()
  .max(104)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*\.(jpg|jpeg|png|webp)$/,
    'must be a plain file name that ends with .jpg, .jpeg, .png or .webp',
  )
  .meta({
    description: 'The file to write into the worker’s IMAGE_OUTPUT_DIR; its ending chooses the format.',
    examples: ['sunset-320.webp'],
  });

/**
 * Resizes an image to a width and writes it into a file. Running it twice writes the same file twice. A full disk or a
 * file system that is away is tried again; what is no image is put aside at once, by the handler's `UnrecoverableError`.
 */
export const imageResize = defineTask({
  name: 'image.resize',
  queue: 'images',
  attempts: 3,
  backoff: exponential({ initial: 1_000, max: 30_000 }),
  timeout: 90_000,
  description: 'Resizes an image, a file the worker can read or an upload, and writes the result into a file.',
  payload: z
    .strictObject({ source: source.optional(), bytes: bytes.optional(), width, output })
    .refine((payload) => (payload.source === undefined) !== (payload.bytes === undefined), {
      path: ['source'],
      message: 'give either source or bytes, exactly one of the two',
    }),
});

/** What no relative path has: a root, a drive, a backslash, a control character, or a step upwards. */
function isRelativePath(path: string): boolean {
  return !/^\/|^[A-Za-z]:|\\|\p{Cc}/u.test(path) && !path.split('/').includes('..');
}
