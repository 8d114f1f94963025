// A unit test takes milliseconds, or starts a Node that loads something: on a machine that is busy that takes several times as long.
jest.setTimeout(60_000);
