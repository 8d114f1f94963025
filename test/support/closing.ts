interface Closable {
  close(): Promise<unknown>;
}

/**
 * Closes after each test what the test has opened, the last first, also when it has failed: a connection that stays
 * open would keep the whole run from ending. What this returns notes its argument, and gives it back.
 */
export function closingAfterEach(): <Opened extends Closable>(one: Opened) => Opened {
  const opened: Closable[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  return (one) => {
    opened.push(one);
    return one;
  };
}
