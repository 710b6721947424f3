@"%~dp0node.exe" "%~dp0dist\node_modules\start.cjs" %*
