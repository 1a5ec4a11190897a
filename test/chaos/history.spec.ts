import { describe, expect, it } from 'vitest';
import { History } from './history.js';

describe('what clients record', () => {
  it('is kept apart: two clients of one name are refused, not taken for one that sees too much', () => {
    const history = new History();
    history.enroll('client 9');
    history.enroll('client 10');
    expect(() => history.enroll('client 9')).toThrow('there are two of client 9');
    expect([...history.views.keys()]).toEqual(['client 9', 'client 10']);
  });
});
