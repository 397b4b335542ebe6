// Checks a proof of the log without Sen: `node scripts/check-proof.mjs [verifier key] < proof.json`.
// Written from docs/design/ledger.md alone, with nothing but Node's own crypto. Ends with 1 when something does not fit.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const bytes = (base64) => Buffer.from(base64, 'base64');
const must = (fits, what) => {
  if (!fits) {
    console.error(`does not fit: ${what}`);
    process.exit(1);
  }
};

const proof = JSON.parse(readFileSync(0, 'utf8'));
must(proof.format === 'sen/proof/v1', 'format');
const trusted = process.argv[2];
must(!trusted || trusted === proof.verifier_key, 'the verifier key is not the one you trust');

// The opening gives the commitment; the commitment is the data of the leaf.
const commitment = bytes(proof.commitment);
must(sha256('sen/entry/v1\0', bytes(proof.salt), proof.opening).equals(commitment), 'commitment');
let hash = sha256(Buffer.of(0), commitment);

// RFC 9162, section 2.1.3.2.
const half = (n) => Math.floor(n / 2);
must(proof.index < proof.tree_size, 'index');
let position = proof.index;
let last = proof.tree_size - 1;
for (const step of proof.inclusion.map(bytes)) {
  must(last > 0, 'length of the inclusion proof');
  if (position % 2 === 1 || position === last) {
    hash = sha256(Buffer.of(1), step, hash);
    while (position % 2 === 0 && position !== 0) {
      position = half(position);
      last = half(last);
    }
  } else {
    hash = sha256(Buffer.of(1), hash, step);
  }
  position = half(position);
  last = half(last);
}
must(last === 0, 'length of the inclusion proof');

// C2SP signed-note and tlog-checkpoint: origin, size, root, empty line, signatures.
const [, name, keyId, key] = proof.verifier_key.match(/^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/) ?? [];
must(name && bytes(key)[0] === 1, 'verifier key');
const at = proof.checkpoint.lastIndexOf('\n\n') + 1;
const [text, lines] = [proof.checkpoint.slice(0, at), proof.checkpoint.slice(at + 1)];
const [origin, size, root] = text.split('\n');
must(origin === name && Number(size) === proof.tree_size, 'checkpoint');
must(bytes(root).equals(hash), 'root');
must(sha256(name, '\n', bytes(key)).subarray(0, 4).toString('hex') === keyId, 'key id');
const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes(key).subarray(1)]);
const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
const signed = lines.split('\n').some((line) => {
  const [dash, signer, signature] = line.split(' ');
  if (dash !== '\u2014' || signer !== name) return false;
  const raw = bytes(signature);
  return raw.subarray(0, 4).toString('hex') === keyId && verify(null, Buffer.from(text), publicKey, raw.subarray(4));
});
must(signed, 'signature');
console.log(`entry ${proof.index} of ${proof.tree_size} is in the log ${origin}: ${proof.opening}`);
