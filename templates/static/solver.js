// A worker that solves one challenge of ALTCHA (version 2): a counter whose key begins as it should.

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

onmessage = async ({ data }) => {
  const challenge = JSON.parse(data);
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  for (let counter = 0; ; counter += 1) {
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, 8 * keyLength));
    if (derivedKey.startsWith(keyPrefix)) {
      postMessage(btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } })));
      return;
    }
  }
};
