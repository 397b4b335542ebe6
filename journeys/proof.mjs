// Checks a proof of the log with nothing of ours: SHA-256 and Ed25519 of node:crypto. Written from RFC 6962 (2.1.1),
// C2SP tlog-checkpoint and signed-note, and the proof's own description (crates/ledger/src/proof.rs).
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const bytes = (base64) => Buffer.from(base64, 'base64');
const leaf = (data) => sha256(Buffer.of(0), data);
const node = (left, right) => sha256(Buffer.of(1), left, right);

/** The root that a leaf and its path lead to. */
export function rootOf(index, size, leafHash, path) {
  let fn = BigInt(index);
  let sn = BigInt(size) - 1n;
  let hash = leafHash;
  assert.ok(fn <= sn, 'the index lies outside the tree');
  for (const sibling of path) {
    assert.notEqual(sn, 0n, 'the path is too long');
    if (fn & 1n || fn === sn) {
      hash = node(sibling, hash);
      while (!(fn & 1n) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = node(hash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  assert.equal(sn, 0n, 'the path is too short');
  return hash;
}

/** A verifier key `name+hash+base64(0x01 ‖ Ed25519 key)`. */
function readKey(text) {
  const [name, id, ...rest] = text.split('+');
  const key = bytes(rest.join('+'));
  assert.equal(key[0], 1, 'the key is for Ed25519');
  assert.equal(sha256(`${name}\n`, key).subarray(0, 4).toString('hex'), id, 'the key has its own id');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  return { name, id, public: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

/** Size and root that the signed note vouches for. */
export function openCheckpoint(note, verifierKey) {
  const key = readKey(verifierKey);
  const cut = note.indexOf('\n\n');
  const text = note.slice(0, cut + 1);
  const signature = note.slice(cut + 2).split('\n')
    .map((line) => line.match(/^— (\S+) (\S+)$/))
    .find((found) => found?.[1] === key.name);
  assert.ok(signature, 'the note is signed by this key');
  const signed = bytes(signature[2]);
  assert.equal(signed.subarray(0, 4).toString('hex'), key.id);
  assert.ok(verify(null, Buffer.from(text), key.public, signed.subarray(4)), 'the signature holds');
  const [origin, size, root] = text.split('\n');
  return { origin, size: Number(size), root: bytes(root) };
}

/** Checks everything and gives back what the entry says. */
export function checkProof(proof, verifierKey = proof.verifier_key) {
  assert.equal(proof.format, 'sen/proof/v1');
  const commitment = sha256('sen/entry/v1\0', bytes(proof.salt), Buffer.from(proof.opening));
  assert.deepEqual(commitment, bytes(proof.commitment), 'salt and opening give the commitment');
  const checkpoint = openCheckpoint(proof.checkpoint, verifierKey);
  assert.equal(checkpoint.size, proof.tree_size);
  const root = rootOf(proof.index, proof.tree_size, leaf(commitment), proof.inclusion.map(bytes));
  assert.deepEqual(root, checkpoint.root, 'the path leads to the signed root');
  return JSON.parse(proof.opening);
}
