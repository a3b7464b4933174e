export { type Application, startApplication } from './application.ts';
export { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
export { migrateStore } from './migrate-store.ts';
export { runServer, runWorker } from './run-server.ts';
export { type Setting, settings } from './settings.ts';
