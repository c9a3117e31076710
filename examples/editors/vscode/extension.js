const { workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

/** Starts `kts lsp` (or what `kts.command` says) for Kamailio configs. */
function activate() {
  const settings = workspace.getConfiguration('kts');
  const [command, ...args] = settings.get('command');
  client = new LanguageClient(
    'kts',
    'kts',
    { command, args },
    {
      documentSelector: [{ language: 'kamailio' }],
      initializationOptions: {
        defines: settings.get('defines'),
        compat: settings.get('compat'),
        allowMissing: settings.get('allowMissing'),
      },
      synchronize: { fileEvents: workspace.createFileSystemWatcher('**/*.{cfg,inc}') },
    },
  );
  return client.start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
