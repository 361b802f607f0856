import { Digester, digestOf, isDigest, parseDigest } from './digest.ts';

describe('Digest', () => {
  // Oracle: `printf abc | sha256sum`.
  const abc = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('hashes text at once and in pieces alike', () => {
    expect(digestOf('abc')).toBe(abc);
    expect(new Digester().update(Buffer.from('a')).update(Buffer.from('bc')).digest()).toBe(abc);
  });

  it.each(['', 'sha256:', abc.toUpperCase(), `${abc}0`, abc.replace('sha256', 'sha512')])(
    'refuses %j',
    (text) => {
      expect(isDigest(text)).toBe(false);
      expect(() => parseDigest(text)).toThrow(TypeError);
    },
  );
});
