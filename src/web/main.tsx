import { render } from 'preact';

import { App } from './app';
import { showTheme } from './shell/theme';
import './styles/base.css';
import './styles/shell.css';

showTheme();
render(<App />, document.getElementById('app')!);
