/**
 * OpenSSL in a box, whose assembly for AES, SHA, GHASH, ChaCha, Poly1305 and big numbers is chosen by what the processor
 * is said to have: digests, ciphers, MACs, key derivation and signatures. Oracle: the same OpenSSL under qemu-aarch64.
 */
import { allowTime, describeIf, temporaryDirectory } from './support/boxer.ts';
import { everything, Proof, whyNoProof } from './support/proof.ts';

allowTime(3_600_000);

const KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const IV = '0f0e0d0c0b0a09080706050403020100';
/** 100 KiB that are no multiple of any block. */
const input =
  'head -c 30011 /dev/zero | tr "\\0" "boxer" > in; seq 1 14000 >> in; hash() { openssl dgst -sha256 -r "$1" | head -c 32; }';

const digests =
  'md5 sha1 sha224 sha256 sha384 sha512 sha512-256 sha3-224 sha3-256 sha3-512 shake128 shake256 blake2b512 blake2s256 ripemd160 sm3';
const commonCiphers =
  'aes-128-cbc aes-256-cbc aes-128-ctr aes-256-ctr aes-192-ecb aes-256-cfb aes-128-ofb chacha20 camellia-256-cbc des-ede3-cbc aria-128-ctr sm4-ctr';
/** All that `openssl enc` has; it names those it lacks on standard error. */
const ciphers = everything
  ? '$(openssl enc -list | tr " " "\\n" | sed -n "s/^-//p" | sort -u)'
  : commonCiphers;

const macs = [
  'HMAC -macopt digest:SHA256 -macopt key:boxer',
  `CMAC -macopt cipher:AES-128-CBC -macopt hexkey:${KEY.slice(0, 32)}`,
  `GMAC -macopt cipher:AES-256-GCM -macopt hexkey:${KEY} -macopt hexiv:${IV.slice(0, 24)}`,
  `Poly1305 -macopt hexkey:${KEY}`,
  `SIPHASH -macopt hexkey:${KEY.slice(0, 32)}`,
  'KMAC256 -macopt key:boxer',
];
const derivations = [
  'digest:SHA256 -kdfopt pass:box -kdfopt salt:salt -kdfopt iter:1000 PBKDF2',
  'digest:SHA512 -kdfopt key:box -kdfopt salt:salt -kdfopt info:more HKDF',
  'pass:box -kdfopt salt:saltsalt -kdfopt n:256 -kdfopt r:8 -kdfopt p:1 SCRYPT',
  'pass:box -kdfopt salt:saltsalt -kdfopt iter:1 -kdfopt memcost:256 ARGON2ID',
];

const scripts: Readonly<Record<string, string>> = {
  digests: `for d in ${digests}; do openssl dgst -$d in; done`,
  'ciphers, there and back': `
    for c in ${ciphers}; do
      openssl enc -$c -K ${KEY} -iv ${IV} -in in -out there 2>/dev/null || { echo "$c: none"; continue; }
      openssl enc -d -$c -K ${KEY} -iv ${IV} -in there -out back 2>/dev/null
      if [ "$(hash back)" = "$(hash in)" ]; then echo "$c: $(hash there)"; else echo "$c: differs"; fi
    done`,
  'message authentication': macs
    .map((mac) => `openssl mac ${mac.replace(/^(\S+) (.*)$/, '$2 -in in $1')}`)
    .join('\n'),
  'key derivation': derivations.map((kdf) => `openssl kdf -keylen 32 -kdfopt ${kdf}`).join('\n'),
};

/** Instruction sets that OpenSSL uses: its own choice, Advanced SIMD alone, none. */
const capabilities = [
  ['what the processor announces', []],
  ['Advanced SIMD alone', ['OPENSSL_armcap=1']],
  ['no instruction set beyond the first', ['OPENSSL_armcap=0']],
] as const;

const algorithms = [
  ['RSA', 'RSA -pkeyopt rsa_keygen_bits:2048', '-sha256'],
  ['ECDSA on P-256', 'EC -pkeyopt ec_paramgen_curve:P-256', '-sha256'],
  ['ECDSA on P-384', 'EC -pkeyopt ec_paramgen_curve:P-384', '-sha384'],
  ['Ed25519', 'ED25519', ''],
  ['Ed448', 'ED448', ''],
] as const;

describeIf(whyNoProof(), 'OpenSSL computes in a box what it does under qemu', () => {
  const work = temporaryDirectory();
  let proof: Proof;
  beforeAll(() => (proof = new Proof(work)));

  describe.each(Object.entries(scripts))('%s', (_, body) => {
    const script = `${input}\n${body}`;
    let expected = '';
    beforeAll(() => {
      expected = proof.underQemu(script).stdout;
      expect(expected).not.toBe('');
      expect(expected).not.toContain('differs');
    });

    it.each(capabilities)('with %s', (_capability, variables) => {
      expect(proof.inBox(script, variables).stdout).toBe(expected);
    });
  });

  // One makes the key and signs, the other verifies, in both directions.
  describe.each(algorithms)('signatures by %s', (_, key, digest) => {
    const generate = `openssl genpkey -algorithm ${key} -out key 2>/dev/null && openssl pkey -in key -pubout -out public`;
    const sign = `openssl pkeyutl -sign -rawin ${digest && `-digest ${digest.slice(1)}`} -inkey key -in in -out signature`;
    const verify = `openssl pkeyutl -verify -rawin ${digest && `-digest ${digest.slice(1)}`} -pubin -inkey public -in in -sigfile signature`;
    const make = `${input}\n${generate} && ${sign} && base64 -w0 public && echo && base64 -w0 signature && echo`;
    const check = (made: string) => {
      const [publicKey = '', signature = ''] = made.split('\n');
      const files = `echo ${publicKey} | base64 -d > public; echo ${signature} | base64 -d > signature`;
      // The same with another input must fail.
      return `${input}\n${files}\n${verify}; echo more >> in; ${verify}`;
    };
    const verdict = 'Signature Verified Successfully\nSignature Verification Failure\n';

    it('made in a box verify under qemu', () => {
      expect(proof.underQemu(check(proof.inBox(make).stdout)).stdout).toBe(verdict);
    });

    it('made under qemu verify in a box', () => {
      expect(proof.inBox(check(proof.underQemu(make).stdout)).stdout).toBe(verdict);
    });
  });
});
