@echo off
rem Install the digit book from this folder, without internet, below the user's folder or where DIGIT_BOOK says.
setlocal
if not defined DIGIT_BOOK set "DIGIT_BOOK=%USERPROFILE%\digit-book"

py -{{ python }} -c "" 2>nul
if errorlevel 1 (
    echo Python {{ python }}, 64 bit, is needed, and was not found: install it, then run this again.
    pause
    exit /b 1
)
py -{{ python }} -m venv "%DIGIT_BOOK%\venv"
if errorlevel 1 (pause & exit /b 1)
rem No settings of this computer: they might ask for an index that is not there.
set PIP_CONFIG_FILE=nul
"%DIGIT_BOOK%\venv\Scripts\python" -m pip --isolated install --no-index --find-links "%~dp0wheels" ^
    --no-cache-dir --no-compile --disable-pip-version-check ^
    --requirement "%~dp0requirements-lab.txt" "digitlib=={{ version }}"
if errorlevel 1 (pause & exit /b 1)
if not exist "%DIGIT_BOOK%\notebooks" mkdir "%DIGIT_BOOK%\notebooks"
rem What somebody worked on is kept.
for %%f in ("%~dp0notebooks\*.ipynb") do if not exist "%DIGIT_BOOK%\notebooks\%%~nxf" copy "%%f" "%DIGIT_BOOK%\notebooks" >nul
echo Installed in %DIGIT_BOOK%. Now run start.bat.
pause
