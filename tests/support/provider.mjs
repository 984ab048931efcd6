// A provider of OpenID Connect, as a center has one: whoever is in its list signs in with any password.
// It reads one line of JSON: {port, client, people: {name: {email, email_verified}}}; a line on its output says it is up.
// Told so at /lies, it signs other things than it should: what it says then is signed by it all the same.
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';
import * as jose from 'jose';

const lines = createInterface({ input: process.stdin });
const told = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
const pair = async () => jose.generateKeyPair('RS256', { extractable: true });
const own = (await pair()).privateKey;
const foreign = (await pair()).privateKey;
const kid = crypto.randomUUID();
let lies = null;

const provider = new Provider(`http://127.0.0.1:${told.port}`, {
  clients: [told.client],
  jwks: { keys: [{ ...(await jose.exportJWK(own)), kid, alg: 'RS256', use: 'sig' }] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: told.terse ?? true,
  cookies: { keys: [crypto.randomUUID()] },
  features: { devInteractions: { enabled: true } },
  ...(told.methods && { clientAuthMethods: told.methods }),
  pkce: { required: () => true },
  findAccount: (ctx, id) => told.people[id] && { accountId: id, claims: () => ({ sub: id, ...told.people[id] }) },
});

async function signedAnew(token) {
  const claims = Object.fromEntries(
    Object.entries({ ...jose.decodeJwt(token), ...lies.claims }).filter(([, value]) => value !== null),
  );
  const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
  if (lies.alg === 'none') return `${part({ alg: 'none' })}.${part(claims)}.`;
  const alg = lies.alg ?? 'RS256';
  const secret = new TextEncoder().encode(told.client.client_secret);
  const key = alg === 'HS256' ? secret : lies.key === 'foreign' ? foreign : own;
  return new jose.SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/lies') {
    lies = JSON.parse(ctx.query.told);
    ctx.body = 'told';
    return;
  }
  await next();
  if (ctx.path === '/token' && lies && ctx.body?.id_token) ctx.body.id_token = await signedAnew(ctx.body.id_token);
  if (ctx.path === '/me' && lies?.me) ctx.body = { ...ctx.body, ...lies.me };
});

provider.listen(told.port, '127.0.0.1', () => console.log('up'));
lines.on('close', () => process.exit()); // whoever started it is gone
