// Solves the check against robots: SHA-256 (FIPS 180-4) of one block, counted up until the hash begins as it should (ALTCHA, protocol v2).
// Written out, because a browser's own hashing is only there on https. Runs beside the page as a worker, or in it, in small pieces.
const K = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
const hex = (words) => [...words].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

/** The hashes of salt + nonce + counter, for one counter after the other. */
function hasher(head) {
  const block = new DataView(new ArrayBuffer(64));
  head.forEach((byte, n) => block.setUint8(n, byte));
  block.setUint8(head.length + 4, 0x80);
  block.setUint32(60, (head.length + 4) * 8);
  const w = new Uint32Array(64);
  return (counter) => {
    block.setUint32(head.length, counter);
    for (let n = 0; n < 16; n++) w[n] = block.getUint32(n * 4);
    for (let n = 16; n < 64; n++) {
      const a = w[n - 15], b = w[n - 2];
      w[n] = w[n - 16] + w[n - 7] + (((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)) + (((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let n = 0; n < 64; n++) {
      const one = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[n] + w[n]) | 0;
      const two = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    return [a, b, c, d, e, f, g, h].map((word, n) => (word + START[n]) | 0);
  };
}

export const COUNTERS_MAX = 2 ** 24;

/** The counter and its hash; null when there is none among the first millions. `rest` is waited for now and then. */
export async function solved({ salt, nonce, keyPrefix }, rest) {
  const hash = hasher([...bytes(salt), ...bytes(nonce)]);
  const first = parseInt(keyPrefix.slice(0, 8).padEnd(8, "0"), 16) | 0;
  const whole = keyPrefix.length >= 8;
  for (let counter = 0; counter < COUNTERS_MAX; counter++) {
    const found = hash(counter);
    if (whole ? found[0] === first && hex(found).startsWith(keyPrefix) : hex(found).startsWith(keyPrefix)) return { counter, derivedKey: hex(found) };
    if (rest && counter % 4096 === 4095) await rest();
  }
  return null;
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  self.onmessage = async ({ data }) => self.postMessage(await solved(data));
}
