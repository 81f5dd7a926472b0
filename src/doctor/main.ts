/** `npm run doctor` on Node, or `node build/node/doctor.js`: checks a configuration against the live services. */
import process from 'node:process';
import { prepare } from './command';
import { examine } from './examine';
import { exitCode, reportText } from './findings';

const prepared = prepare(process.argv.slice(2), process.env);
if ('code' in prepared) {
	(prepared.code === 0 ? process.stdout : process.stderr).write(prepared.text);
	process.exit(prepared.code);
}
const { config, options, examination } = prepared;
const findings = [...prepared.findings, ...(config ? await examine(config, examination) : [])];
process.stdout.write(`${reportText(findings, options)}\n`);
process.exit(exitCode(findings));
