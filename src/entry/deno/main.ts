import { startLogging } from '../../lib/server/log';
import { type Application, readConfigOrExit, startApplication, startMetrics, warnOfUnknownVariables } from '../startup';
import { readStaticTable } from '../static-files';
import { disk } from './disk';
import { exitWithoutFlags } from './flags';
import { readGrantedEnvironment, readWholeEnvironment } from './environment';
import { listenOrExit } from './listen';
import { createServe } from './serve';

/** Serves the application until a signal. The build's `index.js` calls it. */
export async function main(application: Application): Promise<void> {
	const environment = readGrantedEnvironment();
	const config = readConfigOrExit(environment);
	await exitWithoutFlags(config);
	startLogging(config.logLevel);
	warnOfUnknownVariables(readWholeEnvironment());

	const { dirname: folder } = import.meta;
	await startMetrics(config, () => import(new URL('./server/prometheus.js', import.meta.url).href));
	const files = await readStaticTable(disk, `${folder}/client`, `${folder}/prerendered`);
	const respond = await startApplication(application, environment);
	await listenOrExit(createServe(respond, { ...config, files }), config.listen, config.shutdownDelayMs);
}
