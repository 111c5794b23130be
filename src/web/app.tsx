import { useEffect, useRef } from 'preact/hooks';
import { ErrorBoundary, lazy, LocationProvider, Route, Router } from 'preact-iso';

import { models, overview } from './api/documents';
import { Header } from './shell/header';
import { KeySheet, keySheetOpen } from './shell/key-sheet';
import { Notices } from './shell/notices';
import { Empty } from './shell/states';
import { TokenPrompt } from './shell/token-prompt';
import { Screen } from './screen/screen';
import { useAddress, useLink } from './state/address';
import { CurrentContext, useCurrent } from './state/catalog';
import { useKeys } from './state/keys';
import { tellError } from './state/notices';
import { refresh } from './state/query';
import { VIEWS } from './views';

const Label = lazy(() => import('./label/label').then(({ Label: view }) => view));
const Runs = lazy(() => import('./runs/runs').then(({ Runs: view }) => view));
const Model = lazy(() => import('./model/model').then(({ Model: view }) => view));
const Image = lazy(() => import('./image/image').then(({ Image: view }) => view));

/** The page: what every view has around it, and which view is shown at which address. */
export function App() {
  return (
    <LocationProvider>
      <Shell />
    </LocationProvider>
  );
}

function Shell() {
  const current = useCurrent();
  const { go, path } = useAddress();
  // Elsewhere much may have happened.
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) void refresh(overview, models);
    shown.current = path;
  }, [path]);
  useKeys('Everywhere', [
    { keys: ['?'], does: 'this sheet', run: () => (keySheetOpen.value = true) },
    ...VIEWS.map(({ path, title, key }) => ({ keys: [key], does: `go to ${title}`, run: () => go(path) })),
  ]);
  return (
    <CurrentContext.Provider value={current}>
      <Header current={current} />
      <main class="main" id="main">
        <ErrorBoundary onError={tellError}>
          <Router>
            <Route path="/" component={Screen} />
            <Route path="/label" component={Label} />
            <Route path="/runs" component={Runs} />
            <Route path="/models" component={Model} />
            <Route path="/images/:image" component={Image} />
            <Route default component={NotHere} />
          </Router>
        </ErrorBoundary>
      </main>
      <Notices />
      <KeySheet />
      <TokenPrompt />
    </CurrentContext.Provider>
  );
}

function NotHere() {
  const link = useLink();
  return (
    <Empty title="There is nothing at this address">
      <p>
        <a href={link('/')}>Go to Screen</a>
      </p>
    </Empty>
  );
}
