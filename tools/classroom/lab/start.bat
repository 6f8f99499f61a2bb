@echo off
rem Open the notebooks in JupyterLab; whatever follows is passed on to it.
setlocal
if not defined DIGIT_BOOK set "DIGIT_BOOK=%USERPROFILE%\digit-book"
if not exist "%DIGIT_BOOK%\venv\Scripts\python.exe" (
    echo Nothing is installed in %DIGIT_BOOK%: run install.bat first.
    pause
    exit /b 1
)
cd /d "%DIGIT_BOOK%\notebooks"
"%DIGIT_BOOK%\venv\Scripts\python" -m jupyterlab ^
    --LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate %*
