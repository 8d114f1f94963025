import { useEffect, useState } from '../vendor/preact.js';
import { get } from './api.js';

/**
 * What the API answers to a path, asked anew whenever the path or `trigger` changes. What is known stays until there is
 * something newer; a problem stands beside it. One request at a time: what changes meanwhile is asked for after it.
 */
export function useAnswer(path, trigger = 0) {
  const [known, setKnown] = useState({ path: undefined, answer: undefined, problem: undefined });
  const [asking] = useState({ controller: undefined, isAgain: false, path: undefined });

  useEffect(() => {
    const look = async () => {
      const controller = new AbortController();
      Object.assign(asking, { controller, path, isAgain: false });
      try {
        const answer = await get(path, controller.signal);
        setKnown({ path, answer, problem: undefined });
      } catch (error) {
        if (error.name === 'AbortError') return;
        setKnown((before) => ({ path, answer: before.path === path ? before.answer : undefined, problem: error }));
      }
      asking.controller = undefined;
      if (asking.isAgain) void look();
    };
    if (asking.controller !== undefined && asking.path === path) {
      asking.isAgain = true;
      return;
    }
    asking.controller?.abort();
    void look();
  }, [path, trigger]);

  useEffect(() => () => asking.controller?.abort(), []);

  const isCurrent = known.path === path;
  return { answer: isCurrent ? known.answer : undefined, problem: isCurrent ? known.problem : undefined };
}
