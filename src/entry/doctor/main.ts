/** `npm run doctor`, or `node build/node/doctor.js`: says in plain words what is wrong with a configuration. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { readConfigOrExit } from '../read-config';
import { examine } from './examine';
import { asText } from './finding';

const { values } = parseArgs({ options: { tokens: { type: 'string' } } });
const findings = await examine(readConfigOrExit(process.env), values.tokens);
for (const finding of findings) console.log(asText(finding));

const count = (level: string) => findings.filter((finding) => finding.level === level).length;
console.log(`\n${count('ok')} good, ${count('warning')} to look at, ${count('fault')} wrong`);
process.exit(count('fault') === 0 ? 0 : 1);
