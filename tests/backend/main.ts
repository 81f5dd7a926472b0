/** Starts the greeting backend; `docs/backends.md` has the command. */
import process from 'node:process';
import { startGreetingBackend } from './greeting.ts';

const {
	ISSUER = 'http://localhost:8092',
	JWKS_URL = `${ISSUER}/jwks`,
	AUDIENCE = 'greeting',
	PORT = '8081'
} = process.env;
const onRefusal = (reason: string) => console.log(`A token was refused: ${reason}`);
const settings = { issuer: ISSUER, jwksUrl: JWKS_URL, audience: AUDIENCE, onRefusal };
const { url } = await startGreetingBackend(settings, Number(PORT));
console.log(`The greeting backend is at ${url}, for tokens of ${ISSUER} with the audience ${AUDIENCE}.`);
